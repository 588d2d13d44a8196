package lab;

import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.http.MediaType;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.crypto.password.NoOpPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.util.matcher.MediaTypeRequestMatcher;

/** Spring Authorization Server with its own pages. Its clients and its issuer are properties of Spring Boot. */
@SpringBootApplication
public class Op {

  public static void main(String[] args) {
    SpringApplication.run(Op.class, args);
  }

  /** The endpoints of OpenID Connect, with pushed authorization requests, which Spring Boot leaves off. */
  @Bean
  @Order(1)
  SecurityFilterChain endpoints(HttpSecurity http) throws Exception {
    http.oauth2AuthorizationServer(server -> {
      http.securityMatcher(server.getEndpointsMatcher());
      server.oidc(Customizer.withDefaults()).pushedAuthorizationRequestEndpoint(Customizer.withDefaults());
    });
    http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated());
    http.exceptionHandling(exceptions -> exceptions.defaultAuthenticationEntryPointFor(
        new LoginUrlAuthenticationEntryPoint("/login"), new MediaTypeRequestMatcher(MediaType.TEXT_HTML)));
    return http.build();
  }

  /** The login page. */
  @Bean
  @Order(2)
  SecurityFilterChain pages(HttpSecurity http) throws Exception {
    return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
        .formLogin(Customizer.withDefaults())
        .build();
  }

  /** Everybody's password is the name. */
  @Bean
  UserDetailsService people() {
    return new InMemoryUserDetailsManager(List.of("alice", "bob", "dave").stream()
        .map(name -> User.withUsername(name).password(name).authorities("person").build())
        .toList());
  }

  /** Plain passwords and client secrets: a hash would cost more time than all else that a test does here. */
  @Bean
  @SuppressWarnings("deprecation")
  PasswordEncoder plain() {
    return NoOpPasswordEncoder.getInstance();
  }

  /** An application of its own writes amr. Here dave always has a second factor. */
  @Bean
  OAuth2TokenCustomizer<JwtEncodingContext> amr() {
    return context -> context.getClaims().claim(
        "amr", "dave".equals(context.getPrincipal().getName()) ? List.of("pwd", "otp", "mfa") : List.of("pwd"));
  }
}
